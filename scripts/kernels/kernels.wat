;; The optimizers' loops over float32 and those of weights in 8 bits, four lanes at a time. Arrays are copied through a scratch that stays in the cache
;; (src-main/engine/5-exec/kernelProgram.ts), which is filled up with zeros to a multiple of 32 elements.
(module
  (memory (export "memory") 4)

  ;; One AdamW step as torch.optim.AdamW computes it:
  ;; g = gradient * scale; m += (g - m) * (1 - beta1); v = v * beta2 + g * g * (1 - beta2);
  ;; w = w * keep - stepSize * m / (sqrt(v) * secondCorrection + epsilon)
  (func $adamW (export "adamW")
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
      (f64.add (f64.promote_f32 (f32x4.extract_lane 2 (local.get $a))) (f64.promote_f32 (f32x4.extract_lane 3 (local.get $a))))))

  ;; One step of torch.optim.SGD without momentum: w = w * keep - stepSize * gradient
  (func (export "sgd") (param $w i32) (param $g i32) (param $count i32) (param $stepSize f32) (param $keep f32)
    (local $end i32)
    (local.set $end (i32.add (local.get $w) (i32.shl (local.get $count) (i32.const 2))))
    (loop $next
      (v128.store (local.get $w) (f32x4.sub
        (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $keep)))
        (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $stepSize)))))
      (local.set $w (i32.add (local.get $w) (i32.const 16)))
      (local.set $g (i32.add (local.get $g) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $w) (local.get $end)))))

  ;; AdamW whose moments are 8-bit codes with one float32 scale for 256 of them (bitsandbytes, optimizer_update_8bit_blockwise): each block is
  ;; read into $first and $second, moved on by $adamW, and written back as codes. Its tables lie where dynamicMap.ts says, from address 0.
  (func (export "adamW8bit")
    (param $w i32) (param $g i32) (param $codes1 i32) (param $absmax1 i32) (param $codes2 i32) (param $absmax2 i32) (param $count i32)
    (param $scale f32) (param $oneMinusBeta1 f32) (param $beta2 f32) (param $oneMinusBeta2 f32) (param $epsilon f32)
    (param $stepSize f32) (param $secondCorrection f32) (param $keep f32)
    (local $first i32) (local $second i32) (local $size i32)
    (local.set $first (i32.const 12288))
    (local.set $second (i32.const 13312))
    (loop $block
      (local.set $size (select (local.get $count) (i32.const 256) (i32.lt_u (local.get $count) (i32.const 256))))
      (call $dequantise (local.get $codes1) (i32.const 0) (f32.load (local.get $absmax1)) (local.get $first) (local.get $size))
      (call $dequantise (local.get $codes2) (i32.const 1024)
        (f32.load (local.get $absmax2)) (local.get $second) (local.get $size))
      (call $adamW (local.get $w) (local.get $g) (local.get $first) (local.get $second) (local.get $size)
        (local.get $scale) (local.get $oneMinusBeta1) (local.get $beta2) (local.get $oneMinusBeta2) (local.get $epsilon)
        (local.get $stepSize) (local.get $secondCorrection) (local.get $keep))
      (f32.store (local.get $absmax1) (call $quantise (local.get $first) (local.get $codes1) (local.get $size)
        (i32.const 2048) (i32.const 4096) (i32.const 1)))
      (f32.store (local.get $absmax2) (call $quantise (local.get $second) (local.get $codes2) (local.get $size)
        (i32.const 3072) (i32.const 8192) (i32.const 0)))
      (local.set $w (i32.add (local.get $w) (i32.const 1024)))
      (local.set $g (i32.add (local.get $g) (i32.const 1024)))
      (local.set $codes1 (i32.add (local.get $codes1) (i32.const 256)))
      (local.set $codes2 (i32.add (local.get $codes2) (i32.const 256)))
      (local.set $absmax1 (i32.add (local.get $absmax1) (i32.const 4)))
      (local.set $absmax2 (i32.add (local.get $absmax2) (i32.const 4)))
      (local.set $count (i32.sub (local.get $count) (local.get $size)))
      (br_if $block (local.get $count))))

  ;; 256 values = map[code] * absmax; behind $size of them zeros.
  (func $dequantise (param $codes i32) (param $map i32) (param $absmax f32) (param $to i32) (param $size i32)
    (local $end i32)
    (if (i32.lt_u (local.get $size) (i32.const 256)) (then (memory.fill (local.get $to) (i32.const 0) (i32.const 1024))))
    (local.set $end (i32.add (local.get $codes) (local.get $size)))
    (loop $next
      (f32.store (local.get $to) (f32.mul (local.get $absmax)
        (f32.load (i32.add (local.get $map) (i32.shl (i32.load8_u (local.get $codes)) (i32.const 2))))))
      (local.set $to (i32.add (local.get $to) (i32.const 4)))
      (local.set $codes (i32.add (local.get $codes) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $codes) (local.get $end)))))

  ;; Codes of the nearest values of a dynamic map, for $size values divided by the largest of them, which is returned. A magnitude's upper bits name
  ;; a cell, the cell the nearest value at its beginning, and what lies beyond the middle between that and the next one belongs to the next.
  (func $quantise (param $from i32) (param $codes i32) (param $size i32) (param $middles i32) (param $cells i32) (param $signed i32) (result f32)
    (local $at i32) (local $end i32) (local $largest v128) (local $absmax f32) (local $inverse f32) (local $x f32) (local $cell i32) (local $code i32)
    (local.set $end (i32.add (local.get $from) (i32.const 1024)))
    (local.set $at (local.get $from))
    (loop $next
      (local.set $largest (f32x4.max (local.get $largest) (f32x4.abs (v128.load (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.set $absmax (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $largest)) (f32x4.extract_lane 1 (local.get $largest)))
      (f32.max (f32x4.extract_lane 2 (local.get $largest)) (f32x4.extract_lane 3 (local.get $largest)))))
    (if (f32.gt (local.get $absmax) (f32.const 0)) (then (local.set $inverse (f32.div (f32.const 1) (local.get $absmax)))))
    (local.set $end (i32.add (local.get $codes) (local.get $size)))
    (loop $next
      (local.set $x (f32.mul (f32.abs (f32.load (local.get $from))) (local.get $inverse)))
      (local.set $cell (i32.sub (i32.shr_u (i32.reinterpret_f32 (local.get $x)) (i32.const 16)) (i32.const 13184)))
      (local.set $cell (select (local.get $cell) (i32.const 0) (i32.gt_s (local.get $cell) (i32.const 0))))
      (local.set $code (i32.load8_u (i32.add (local.get $cells) (local.get $cell))))
      (local.set $code (i32.add (local.get $code)
        (f32.gt (local.get $x) (f32.load (i32.add (local.get $middles) (i32.shl (local.get $code) (i32.const 2)))))))
      (if (local.get $signed) (then (local.set $code (select
        (i32.sub (i32.const 127) (select (local.get $code) (i32.const 127) (i32.lt_u (local.get $code) (i32.const 127))))
        (i32.add (i32.const 127) (local.get $code))
        (f32.lt (f32.load (local.get $from)) (f32.const 0))))))
      (i32.store8 (local.get $codes) (local.get $code))
      (local.set $from (i32.add (local.get $from) (i32.const 4)))
      (local.set $codes (i32.add (local.get $codes) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $codes) (local.get $end))))
    (local.get $absmax))

  ;; Weights in 8 bits (src-main/engine/5-exec/quantiseBlocks.ts): 32 codes with one float32 scale. Magnitudes are compared as whole numbers, which
  ;; have the same order, NaN above all. Behind $shift, 1.5 * 2^23 + 128, no place is left behind the point, and the last byte is the code.
  (func (export "quantiseBlocks") (param $from i32) (param $codes i32) (param $scales i32) (param $count i32)
    (local $end i32) (local $stop i32) (local $at i32) (local $largest v128) (local $absmax f32) (local $perUnit v128)
    (local $magnitude v128) (local $shift v128) (local $byte v128)
    (local.set $magnitude (i32x4.splat (i32.const 0x7fffffff)))
    (local.set $shift (f32x4.splat (f32.const 12583040)))
    (local.set $byte (i32x4.splat (i32.const 255)))
    (local.set $end (i32.add (local.get $from) (i32.shl (local.get $count) (i32.const 2))))
    (loop $block
      (local.set $at (local.get $from))
      (local.set $stop (i32.add (local.get $from) (i32.const 128)))
      (local.set $largest (v128.const i32x4 0 0 0 0))
      (loop $seek
        (local.set $largest (i32x4.max_s (local.get $largest) (v128.and (v128.load (local.get $at)) (local.get $magnitude))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $seek (i32.lt_u (local.get $at) (local.get $stop))))
      (local.set $largest (i32x4.max_s (local.get $largest)
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $largest) (local.get $largest))))
      (local.set $largest (i32x4.max_s (local.get $largest)
        (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $largest) (local.get $largest))))
      (local.set $absmax (f32x4.extract_lane 0 (local.get $largest)))
      (f32.store (local.get $scales) (f32.div (local.get $absmax) (f32.const 127)))
      (local.set $perUnit (f32x4.splat
        (f32.min (f32.div (f32.const 127) (local.get $absmax)) (f32.const 3.4028234663852886e38))))
      (loop $next
        (v128.store (local.get $codes) (i8x16.narrow_i16x8_u
          (i16x8.narrow_i32x4_s
            (v128.and (local.get $byte) (f32x4.add (local.get $shift)
              (f32x4.mul (v128.load (local.get $from)) (local.get $perUnit))))
            (v128.and (local.get $byte) (f32x4.add (local.get $shift)
              (f32x4.mul (v128.load offset=16 (local.get $from)) (local.get $perUnit)))))
          (i16x8.narrow_i32x4_s
            (v128.and (local.get $byte) (f32x4.add (local.get $shift)
              (f32x4.mul (v128.load offset=32 (local.get $from)) (local.get $perUnit))))
            (v128.and (local.get $byte) (f32x4.add (local.get $shift)
              (f32x4.mul (v128.load offset=48 (local.get $from)) (local.get $perUnit)))))))
        (local.set $from (i32.add (local.get $from) (i32.const 64)))
        (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $from) (local.get $stop))))
      (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
      (br_if $block (i32.lt_u (local.get $from) (local.get $end)))))

  ;; And back: (code - 128) * scale.
  (func (export "dequantiseBlocks") (param $to i32) (param $codes i32) (param $scales i32) (param $count i32)
    (local $end i32) (local $stop i32) (local $scale v128) (local $sixteen v128) (local $eight v128)
    (local.set $end (i32.add (local.get $to) (i32.shl (local.get $count) (i32.const 2))))
    (loop $block
      (local.set $stop (i32.add (local.get $to) (i32.const 128)))
      (local.set $scale (v128.load32_splat (local.get $scales)))
      (loop $next
        (local.set $sixteen (i8x16.sub (v128.load (local.get $codes)) (i8x16.splat (i32.const 128))))
        (local.set $eight (i16x8.extend_low_i8x16_s (local.get $sixteen)))
        (v128.store (local.get $to) (f32x4.mul (local.get $scale)
          (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $eight)))))
        (v128.store offset=16 (local.get $to) (f32x4.mul (local.get $scale)
          (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $eight)))))
        (local.set $eight (i16x8.extend_high_i8x16_s (local.get $sixteen)))
        (v128.store offset=32 (local.get $to) (f32x4.mul (local.get $scale)
          (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $eight)))))
        (v128.store offset=48 (local.get $to) (f32x4.mul (local.get $scale)
          (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $eight)))))
        (local.set $to (i32.add (local.get $to) (i32.const 64)))
        (local.set $codes (i32.add (local.get $codes) (i32.const 16)))
        (br_if $next (i32.lt_u (local.get $to) (local.get $stop))))
      (local.set $scales (i32.add (local.get $scales) (i32.const 4)))
      (br_if $block (i32.lt_u (local.get $to) (local.get $end)))))

  ;; Adafactor over $rows whole rows of a matrix. First the sums of squares: of each row into $sums, of the columns added to $columns.
  (func (export "sumsOfSquares") (param $g i32) (param $sums i32) (param $columns i32) (param $rows i32) (param $width i32)
    (local $column i32) (local $end i32) (local $four i32) (local $x v128) (local $sum v128) (local $rest f32) (local $y f32)
    (local.set $end (i32.add (local.get $columns) (i32.shl (local.get $width) (i32.const 2))))
    (local.set $four (i32.add (local.get $columns) (i32.shl (i32.and (local.get $width) (i32.const -4)) (i32.const 2))))
    (loop $row
      (local.set $column (local.get $columns))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $rest (f32.const 0))
      (block $tail (loop $next
        (br_if $tail (i32.ge_u (local.get $column) (local.get $four)))
        (local.set $x (f32x4.mul (v128.load (local.get $g)) (v128.load (local.get $g))))
        (local.set $sum (f32x4.add (local.get $sum) (local.get $x)))
        (v128.store (local.get $column) (f32x4.add (v128.load (local.get $column)) (local.get $x)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (br $next)))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $column) (local.get $end)))
        (local.set $y (f32.mul (f32.load (local.get $g)) (f32.load (local.get $g))))
        (local.set $rest (f32.add (local.get $rest) (local.get $y)))
        (f32.store (local.get $column) (f32.add (f32.load (local.get $column)) (local.get $y)))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $column (i32.add (local.get $column) (i32.const 4)))
        (br $next)))
      (f32.store (local.get $sums) (f32.add (local.get $rest) (call $sumOfLanes (local.get $sum))))
      (local.set $sums (i32.add (local.get $sums) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row (local.get $rows))))

  ;; Then the sum of squares of rowFactor * columnFactor * gradient.
  (func (export "sumOfScaledSquares") (param $g i32) (param $row i32) (param $columns i32) (param $rows i32) (param $width i32) (result f64)
    (local $column i32) (local $end i32) (local $four i32) (local $x v128) (local $sum v128) (local $rest f32) (local $y f32) (local $total f64)
    (local.set $end (i32.add (local.get $columns) (i32.shl (local.get $width) (i32.const 2))))
    (local.set $four (i32.add (local.get $columns) (i32.shl (i32.and (local.get $width) (i32.const -4)) (i32.const 2))))
    (loop $row_loop
      (local.set $column (local.get $columns))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (local.set $rest (f32.const 0))
      (block $tail (loop $next
        (br_if $tail (i32.ge_u (local.get $column) (local.get $four)))
        (local.set $x (f32x4.mul (f32x4.mul (v128.load (local.get $g)) (v128.load (local.get $column))) (f32x4.splat (f32.load (local.get $row)))))
        (local.set $sum (f32x4.add (local.get $sum) (f32x4.mul (local.get $x) (local.get $x))))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (br $next)))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $column) (local.get $end)))
        (local.set $y (f32.mul (f32.mul (f32.load (local.get $g)) (f32.load (local.get $column))) (f32.load (local.get $row))))
        (local.set $rest (f32.add (local.get $rest) (f32.mul (local.get $y) (local.get $y))))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $column (i32.add (local.get $column) (i32.const 4)))
        (br $next)))
      (local.set $total (f64.add (local.get $total) (f64.promote_f32 (f32.add (local.get $rest) (call $sumOfLanes (local.get $sum))))))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row_loop (local.get $rows)))
    (local.get $total))

  ;; And last the step: w = w * keep - stepSize * rowFactor * columnFactor * gradient
  (func (export "factoredStep") (param $w i32) (param $g i32) (param $row i32) (param $columns i32) (param $rows i32) (param $width i32)
    (param $stepSize f32) (param $keep f32)
    (local $column i32) (local $end i32) (local $four i32) (local $factor f32)
    (local.set $end (i32.add (local.get $columns) (i32.shl (local.get $width) (i32.const 2))))
    (local.set $four (i32.add (local.get $columns) (i32.shl (i32.and (local.get $width) (i32.const -4)) (i32.const 2))))
    (loop $row_loop
      (local.set $column (local.get $columns))
      (local.set $factor (f32.load (local.get $row)))
      (block $tail (loop $next
        (br_if $tail (i32.ge_u (local.get $column) (local.get $four)))
        (v128.store (local.get $w) (f32x4.sub
          (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $keep)))
          (f32x4.mul
            (f32x4.mul (f32x4.mul (v128.load (local.get $g)) (v128.load (local.get $column))) (f32x4.splat (local.get $factor)))
            (f32x4.splat (local.get $stepSize)))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $column (i32.add (local.get $column) (i32.const 16)))
        (br $next)))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $column) (local.get $end)))
        (f32.store (local.get $w) (f32.sub
          (f32.mul (f32.load (local.get $w)) (local.get $keep))
          (f32.mul (f32.mul (f32.mul (f32.load (local.get $g)) (f32.load (local.get $column))) (local.get $factor)) (local.get $stepSize))))
        (local.set $w (i32.add (local.get $w) (i32.const 4)))
        (local.set $g (i32.add (local.get $g) (i32.const 4)))
        (local.set $column (i32.add (local.get $column) (i32.const 4)))
        (br $next)))
      (local.set $row (i32.add (local.get $row) (i32.const 4)))
      (local.set $rows (i32.sub (local.get $rows) (i32.const 1)))
      (br_if $row_loop (local.get $rows))))

  (func $sumOfLanes (param $x v128) (result f32)
    (f32.add
      (f32.add (f32x4.extract_lane 0 (local.get $x)) (f32x4.extract_lane 1 (local.get $x)))
      (f32.add (f32x4.extract_lane 2 (local.get $x)) (f32x4.extract_lane 3 (local.get $x))))))
