;; The optimizer's loops over float32, four lanes at a time. Arrays are copied through a scratch that stays in the cache
;; (src-main/engine/5-exec/kernels.ts); all lengths are multiples of 16 elements.
(module
  (memory (export "memory") 4)

  ;; One AdamW step as torch.optim.AdamW computes it:
  ;; g = gradient * scale; m += (g - m) * (1 - beta1); v = v * beta2 + g * g * (1 - beta2);
  ;; w = w * keep - stepSize * m / (sqrt(v) * secondCorrection + epsilon)
  (func (export "adamW")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $count i32)
    (param $scale f32) (param $oneMinusBeta1 f32) (param $beta2 f32) (param $oneMinusBeta2 f32) (param $epsilon f32)
    (param $stepSize f32) (param $secondCorrection f32) (param $keep f32)
    (local $end i32) (local $gradient v128) (local $first v128) (local $second v128)
    (local.set $end (i32.add (local.get $w) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (local.set $gradient (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $scale))))
      (local.set $first (v128.load (local.get $m)))
      (local.set $first (f32x4.add (local.get $first)
        (f32x4.mul (f32x4.sub (local.get $gradient) (local.get $first)) (f32x4.splat (local.get $oneMinusBeta1)))))
      (local.set $second (f32x4.add
        (f32x4.mul (v128.load (local.get $v)) (f32x4.splat (local.get $beta2)))
        (f32x4.mul (f32x4.mul (local.get $gradient) (local.get $gradient)) (f32x4.splat (local.get $oneMinusBeta2)))))
      (v128.store (local.get $m) (local.get $first))
      (v128.store (local.get $v) (local.get $second))
      (v128.store (local.get $w) (f32x4.sub
        (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $keep)))
        (f32x4.div
          (f32x4.mul (local.get $first) (f32x4.splat (local.get $stepSize)))
          (f32x4.add (f32x4.mul (f32x4.sqrt (local.get $second)) (f32x4.splat (local.get $secondCorrection))) (f32x4.splat (local.get $epsilon))))))
      (local.set $w (i32.add (local.get $w) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (local.set $m (i32.add (local.get $m) (i32.const 16)))
      (local.set $v (i32.add (local.get $v) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $w) (local.get $end)))))

  ;; target += source
  (func (export "add") (param $target i32) (param $source i32) (param $count i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $target) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (v128.store (local.get $target) (f32x4.add (v128.load (local.get $target)) (v128.load (local.get $source))))
      (local.set $target (i32.add (local.get $target) (i32.const 16)))
      (local.set $source (i32.add (local.get $source) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $target) (local.get $end)))))

  ;; Sum of squares, in four independent sums of four lanes; the caller adds the chunks in float64.
  (func (export "sumOfSquares") (param $at i32) (param $count i32) (result f64)
    (local $end i32) (local $x v128) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (local.set $x (v128.load (local.get $at)))
      (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $x) (local.get $x))))
      (local.set $x (v128.load offset=16 (local.get $at)))
      (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $x) (local.get $x))))
      (local.set $x (v128.load offset=32 (local.get $at)))
      (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $x) (local.get $x))))
      (local.set $x (v128.load offset=48 (local.get $at)))
      (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $x) (local.get $x))))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
    (f64.add
      (f64.add (f64.promote_f32 (f32x4.extract_lane 0 (local.get $a))) (f64.promote_f32 (f32x4.extract_lane 1 (local.get $a))))
      (f64.add (f64.promote_f32 (f32x4.extract_lane 2 (local.get $a))) (f64.promote_f32 (f32x4.extract_lane 3 (local.get $a)))))))
